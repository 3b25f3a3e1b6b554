"""The plan of how a partnership's impact will be judged, attached at its start."""
