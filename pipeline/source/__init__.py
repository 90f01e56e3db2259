"""Where answers come from: the app API, or a capture of it."""
