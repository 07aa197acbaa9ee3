"""Reading practice lists of every shape."""
