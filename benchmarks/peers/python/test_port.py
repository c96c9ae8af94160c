"""Reading of replies and the chain around modules; run with `python -m unittest` in this folder."""

import unittest

import port

QUEUE = {"name": "queue", "type": "string", "choices": ["billing", "bug"]}
URGENT = {"name": "urgent", "type": "boolean"}
PRICE = {"name": "price", "type": "number"}
PASSAGES = {"name": "passages", "type": "string[]"}
ANSWER = {"name": "answer", "type": "string"}


class ReadReplyTest(unittest.TestCase):
    def test_every_usual_form_is_read(self) -> None:
        both = {"queue": "bug", "urgent": True}
        cases = [
            ("queue: bug\nurgent: true", [QUEUE, URGENT], both),
            ("**Queue:** Bug\n- urgent: True", [QUEUE, URGENT], both),
            ('{"queue": "bug", "urgent": true}', [QUEUE, URGENT], both),
            ('Here it is:\n```json\n{"queue": "bug", "urgent": "true"}\n```', [QUEUE, URGENT], both),
            ("queue: billing, at first sight\nqueue: bug\nurgent: true", [QUEUE, URGENT], both),
            ("the river Elbe", [ANSWER], {"answer": "the river Elbe"}),
            ("answer: two\nlines", [ANSWER], {"answer": "two\nlines"}),
            ("price: 12", [PRICE], {"price": 12}),
            ('{"price": 1.5}', [PRICE], {"price": 1.5}),
            ("passages: a\nb", [PASSAGES], {"passages": ["a", "b"]}),
            ('{"passages": ["a", "b"]}', [PASSAGES], {"passages": ["a", "b"]}),
            ("answer: {braces} stay", [ANSWER], {"answer": "{braces} stay"}),
        ]
        for text, fields, expected in cases:
            with self.subTest(text):
                self.assertEqual(port.read_reply(text, fields), expected)

    def test_what_cannot_be_read_is_none(self) -> None:
        cases = [
            ("", [ANSWER]),
            ("queue: bug", [QUEUE, URGENT]),
            ("queue: bug\nurgent: perhaps", [QUEUE, URGENT]),
            ("price: cheap", [PRICE]),
            ("sorry", [QUEUE, URGENT]),
        ]
        for text, fields in cases:
            with self.subTest(text):
                self.assertIsNone(port.read_reply(text, fields))

    def test_what_is_shown_can_be_read_again(self) -> None:
        values = {"queue": "bug", "urgent": False, "price": 3, "passages": ["a", "b"]}
        self.assertEqual(port.read_reply(port.show_fields(values), [QUEUE, URGENT, PRICE, PASSAGES]), values)


class FakeRun:
    def between(self, module: str, fields: dict[str, object]) -> dict[str, object]:
        return {"passages": [f"about {fields['query']}"]} if module == "query" else {}


class RunChainTest(unittest.TestCase):
    modules = [
        {"name": "query", "inputs": [{"name": "question"}], "outputs": [{"name": "query"}]},
        {"name": "answer", "inputs": [{"name": "question"}, {"name": "passages"}], "outputs": [{"name": "answer"}]},
    ]

    def test_modules_are_fed_from_what_came_before(self) -> None:
        asked = []

        def answer(module, inputs):
            asked.append((module["name"], inputs))
            return {field["name"]: module["name"].upper() for field in module["outputs"]}

        fields = port.run_chain(FakeRun(), self.modules, {"question": "q"}, answer)
        self.assertEqual(
            asked, [("query", {"question": "q"}), ("answer", {"question": "q", "passages": ["about QUERY"]})]
        )
        self.assertEqual(fields["answer"], "ANSWER")

    def test_an_unreadable_reply_ends_it(self) -> None:
        self.assertIsNone(port.run_chain(FakeRun(), self.modules, {"question": "q"}, lambda *_: None))


if __name__ == "__main__":
    unittest.main()
