"""Pages of a room, one module for each part."""
