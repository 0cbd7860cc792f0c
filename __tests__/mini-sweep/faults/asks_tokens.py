import tokens
