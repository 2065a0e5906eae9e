"""The event system: queues, fan-out (which never queries the database), and the snapshot a registration starts from."""
