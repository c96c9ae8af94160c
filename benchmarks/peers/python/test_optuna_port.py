"""optuna_port.py against a small peer server; run with `python -m unittest` in this folder."""

from __future__ import annotations

import importlib.util
import unittest

from test_support import ONE, RULE, PeerServer

import optuna_port


@unittest.skipUnless(importlib.util.find_spec("optuna"), "optuna is not installed")
class OptunaPortTest(unittest.TestCase):
    def server(self, budget: int) -> PeerServer:
        made = PeerServer(ONE, budget=budget)
        self.addCleanup(made.stop)
        return made

    def test_it_evaluates_all_val_rows_per_trial_and_returns_the_best_choice(self) -> None:
        server = self.server(budget=71)
        optuna_port.search(server.run())
        [final] = server.posts["/final"]
        self.assertEqual((server.metric_calls, final["reportedMetricCalls"]), (66, 66))
        self.assertEqual(final["candidate"]["sort.instructions"], RULE)
        self.assertEqual({len(body["ids"]) for body in server.posts["/evaluate"]}, {6})
        # strictly better only: at most from half right to right
        self.assertLessEqual(len(server.posts["/incumbent"]), 2)
        self.assertEqual(server.posts["/incumbent"][-1]["candidate"], final["candidate"])

    def test_the_same_seed_makes_the_same_trials(self) -> None:
        first, second = self.server(60), self.server(60)
        for server in (first, second):
            optuna_port.search(server.run())
        self.assertEqual(first.posts["/evaluate"], second.posts["/evaluate"])

    def test_a_budget_below_one_trial_is_an_error(self) -> None:
        with self.assertRaisesRegex(ValueError, "too few for a trial on 6 val rows"):
            optuna_port.search(self.server(5).run())


if __name__ == "__main__":
    unittest.main()
