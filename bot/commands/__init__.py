"""Commands: what staff may type in chat, how it is read, and what it does."""
