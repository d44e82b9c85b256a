"""The vocabulary of the product as frozen types. No input or output, nothing imported from outside."""
