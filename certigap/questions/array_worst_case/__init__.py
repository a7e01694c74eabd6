"""The worst NashGap over an error ball of an array game: question, ball, upper end, witness."""
