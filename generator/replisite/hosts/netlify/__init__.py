"""Netlify, by its file-digest API.

api   Netlify's API over HTTP: who we are, and what its answers mean
host  Netlify, by its file-digest API
"""
