"""The store: patients, photos, notes and corrections of one computer, in a folder of its own."""
