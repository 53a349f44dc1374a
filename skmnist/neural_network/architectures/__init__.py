"""The networks: one file per architecture, with its class and its builder."""
