"""The pages of the public site as plain documents, made from released frames."""
