"""What the program talks about: frozen values and pure functions, without files, clock or network."""
