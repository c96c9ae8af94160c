"""dspy_port.py against a small peer server; run with `python -m unittest` in this folder."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import unittest
from typing import Any

import dspy_settings
from test_support import ONE, RULE, TWO, PeerServer

HAS_DSPY = importlib.util.find_spec("dspy") is not None
if HAS_DSPY:
    import dspy_port


@unittest.skipUnless(HAS_DSPY, "dspy is not installed")
class DspyPortTest(unittest.TestCase):
    def server(self, modules: list[dict[str, Any]], **options: int) -> PeerServer:
        made = PeerServer(modules, **options)
        self.addCleanup(made.stop)
        return made

    def searched(
        self, variant: str, modules: list[dict[str, Any]], **options: int
    ) -> tuple[PeerServer, dict[str, Any]]:
        server = self.server(modules, **options)
        with contextlib.redirect_stdout(io.StringIO()):
            dspy_port.search(server.run(variant))
        [final] = server.posts["/final"]
        return server, final

    def test_the_program_speaks_of_fields_types_and_demos_and_calls_between(self) -> None:
        server = self.server(TWO)
        demo = {"input": {"word": "d", "hints": ["h"]}, "output": {"kind": "odd", "loud": True}}
        program = {"modules": TWO, "instructions": {"judge": RULE}, "demos": {"judge": [demo]}}
        given = dspy_port.check(server.run(), program, [{"input": {"word": "ax"}}])
        expected = {"note": "about ax", "hints": ["about ax was found"], "kind": "odd", "loud": False}
        self.assertEqual(given, {"outputs": [expected]})
        system, shown, answer, asked = (one["content"] for one in server.posts["/v1/chat/completions"][1]["messages"])
        self.assertIn("`kind` (Literal['odd', 'even']): its kind", system)
        self.assertIn("`loud` (bool): whether it shouts", system)
        self.assertIn("`hints` (list[str]): what was found", system)
        self.assertIn("[[ ## word ## ]]\nd", shown)
        self.assertIn("[[ ## loud ## ]]\nTrue", answer)
        self.assertIn("about ax was found", asked)

    def test_a_check_names_the_students_that_it_was_given(self) -> None:
        server = self.server(ONE)
        program = {"modules": ONE, "students": {"sort": "simulated-student-large"}}
        given = dspy_port.check(server.run(), program, [{"input": {"word": "ax"}}, {"input": {"word": "by"}}])
        self.assertEqual(given["students"], [["simulated-student-large"]] * 2)
        self.assertEqual({body["model"] for body in server.posts["/v1/chat/completions"]}, {"simulated-student-large"})

    def test_a_reply_that_cannot_be_read_is_no_answer(self) -> None:
        server = self.server(ONE)
        server.say = lambda body: "no fields"  # type: ignore[method-assign]
        given = dspy_port.check(server.run(), {"modules": ONE}, [{"input": {"word": "ax"}}])
        self.assertEqual(given, {"outputs": [None]})

    def test_mipro_finds_the_rule_counts_its_evaluations_and_posts_full_evaluations_that_were_better(self) -> None:
        server, final = self.searched("mipro", ONE)
        self.assertIn(RULE, final["instructions"]["sort"])
        self.assertEqual([one["kind"] for one in final["outputs"]], ["odd", "even"])
        self.assertLessEqual(server.metric_calls, server.budget + 2 * 8)
        self.assertEqual(final["reportedMetricCalls"] % 6, 0)
        self.assertLess(final["reportedMetricCalls"], server.metric_calls)
        incumbents = server.posts["/incumbent"]
        self.assertEqual([RULE in one["instructions"]["sort"] for one in incumbents], [False, True])

    def test_a_module_named_as_what_optimizers_set_on_programs_is_kept(self) -> None:
        for variant in ("mipro", "gepa"):
            with self.subTest(variant):
                server, final = self.searched(variant, [{**ONE[0], "name": "score"}])
                self.assertEqual(list(final["instructions"]), ["score"])
                self.assertEqual([one["kind"] for one in final["outputs"]], ["odd", "even"])
                self.assertEqual({*server.posts["/incumbent"][-1]["instructions"]}, {"score"})

    def test_gepa_asks_for_feedback_without_a_metric_call_and_keeps_to_its_budget(self) -> None:
        server, final = self.searched("gepa", TWO, budget=40)
        self.assertIn(RULE, final["instructions"]["judge"])
        self.assertLessEqual(server.metric_calls, 40)
        self.assertEqual(final["reportedMetricCalls"], server.metric_calls)
        prompts = [body for body in server.posts["/v1/chat/completions"] if body["model"] == "simulated-teacher"]
        self.assertIn(RULE, prompts[0]["messages"][-1]["content"])

    def test_bootstrap_shows_runs_that_were_right_and_depends_on_the_seed(self) -> None:
        server, final = self.searched("bootstrap", ONE)
        self.assertEqual(final["end"], "num_candidate_programs=3")
        self.assertNotIn("reportedMetricCalls", final)
        self.assertEqual(len({body["id"] for body in server.posts["/score"] if body["id"].startswith("val")}), 6)

        def first_rows(seed: int) -> list[str]:
            seeded, _ = self.searched("bootstrap", ONE, seed=seed)
            return [body["id"] for body in seeded.posts["/score"] if body["id"].startswith("train")]

        self.assertEqual(first_rows(1), first_rows(1))
        self.assertNotEqual(first_rows(1), first_rows(2))

    def test_simba_stays_within_the_budget_and_sees_train_rows_only(self) -> None:
        server, final = self.searched("simba", ONE, budget=100)
        self.assertEqual(final["end"], "bsize=4 num_candidates=2 max_steps=3")
        self.assertLessEqual(server.metric_calls, 100)
        self.assertEqual({body["id"][:5] for body in server.posts["/score"]}, {"train"})
        self.assertNotIn("/incumbent", server.posts)

    def test_a_metric_that_only_scores_says_the_right_answer_to_gepa(self) -> None:
        server = self.server(ONE)
        server.judge = lambda name, output: {"score": 0.5}  # type: ignore[method-assign]
        metric = dspy_port.Metric(server.run(), rich=True)
        gold = dspy_port.example_of({"id": "train-1", "input": {"word": "ax"}, "expected": {"kind": "odd"}})
        judged = metric(gold, dspy_port.dspy.Prediction(kind="even"))
        self.assertEqual((judged.score, '"odd"' in judged.feedback), (0.5, True))

    def test_settings_are_the_largest_that_fit(self) -> None:
        # one predictor: V + T V + (4 + 2.5 (N - 3)) / 0.5 within the budget, T at least 4 log2 N and 1.5 N
        self.assertEqual(dspy_settings.mipro_setting(300, 30, 1), (4, 8))
        self.assertEqual(dspy_settings.mipro_setting(300, 30, 1, lower=1), (3, 7))
        self.assertEqual(dspy_settings.mipro_setting(300, 30, 2), (3, 8))
        self.assertEqual(dspy_settings.mipro_setting(1000, 50, 1), (11, 18))
        candidates, trials = dspy_settings.mipro_setting(3000, 100, 1)
        self.assertLessEqual(100 + 35 * trials + -(-trials // 5) * 100 + (4 + 2.5 * (candidates - 3)) / 0.5, 3000)
        self.assertEqual([dspy_settings.bootstrap_setting(300, 30, lower) for lower in (0, 1, 5)], [5, 4, 0])
        self.assertEqual(dspy_settings.simba_setting(1000, 100), (16, 3, 5))
        self.assertEqual(dspy_settings.simba_setting(1000, 100, 2), (16, 3, 3))
        self.assertEqual(dspy_settings.simba_setting(300, 60), (8, 2, 3))
        self.assertEqual(dspy_settings.simba_setting(10_000, 100), (32, 6, 22))

    def test_a_budget_that_pays_for_nothing_is_an_error_that_says_so(self) -> None:
        for act in (
            lambda: dspy_settings.mipro_setting(60, 30, 1),
            lambda: dspy_settings.bootstrap_setting(300, 30, 6),
            lambda: dspy_settings.simba_setting(100, 100),
        ):
            with self.assertRaisesRegex(ValueError, "are too few for"):
                act()


if __name__ == "__main__":
    unittest.main()
