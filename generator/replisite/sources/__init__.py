"""The edges that read: what people write comes in here and leaves as values of the model."""
