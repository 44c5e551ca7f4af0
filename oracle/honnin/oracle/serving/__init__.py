"""An oracle as a service: events over HTTP, acknowledged once they are safe."""
