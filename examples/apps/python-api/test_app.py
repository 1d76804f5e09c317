import unittest

import app


class Service(unittest.TestCase):
    def test_it_says_who_it_is(self):
        self.assertEqual(app.who(), {"service": "python-api"})


if __name__ == "__main__":
    unittest.main()
