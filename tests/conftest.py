"""That this file stands here lets every test import the modules that tests share: `law_cases`, `everything`, `synthetic`."""
