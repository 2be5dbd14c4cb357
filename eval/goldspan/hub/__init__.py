"""The Hugging Face Hub: files of a directory as one commit of a repository, read back byte for byte."""
