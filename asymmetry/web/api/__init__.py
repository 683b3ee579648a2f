"""The page's API: JSON in, JSON out; `asymmetry/web/openapi.json` describes it."""
