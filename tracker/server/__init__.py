"""The live server: one consumer, any number of viewers over WebSocket and HTTP."""
