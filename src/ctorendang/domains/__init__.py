"""The product, one package a capability."""
