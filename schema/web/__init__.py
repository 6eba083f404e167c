"""What is served beside the API: pages, files, and what is asked for without a token."""
