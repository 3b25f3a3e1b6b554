"""Whether the site is well, for the programs that watch it and for `commonroom doctor`."""
