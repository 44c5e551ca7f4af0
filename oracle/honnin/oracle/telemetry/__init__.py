"""Events from OpenTelemetry: in the process itself, and from exports over OTLP."""
