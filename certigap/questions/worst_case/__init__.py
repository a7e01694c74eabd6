"""The worst NashGap over an error ball."""
