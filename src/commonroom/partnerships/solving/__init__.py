"""The best choice among candidates under caps, with a proof of how good it is."""
