"""What is heard (and, later, drawn): made ahead, kept on disk. Touches nothing by itself."""
