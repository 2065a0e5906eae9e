"""The WebSocket door: the same requests as over HTTP, and events as they happen."""
