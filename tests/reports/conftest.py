from store.engine_fixture import store

__all__ = ["store"]
