"""Archives in bulk: into the store, into a file, or only to try a profile on."""
