"""The house: hears a message, decides the answer, remembers it, and speaks to the platforms."""
