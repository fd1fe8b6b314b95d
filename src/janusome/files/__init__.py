"""The one place that reads and writes disk: studies, the library and its overlays, masks, images, tables, results."""
