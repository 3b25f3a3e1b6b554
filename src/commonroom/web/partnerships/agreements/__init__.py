"""What two heads agree on before they are partners: aim, days and start."""
