"""Where evidence lives: immutable versions in a folder, and the doctor that examines them."""
