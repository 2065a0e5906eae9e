"""Incoming webhooks: what other services post becomes messages. The services are in `chat.resources.webhooks`."""
