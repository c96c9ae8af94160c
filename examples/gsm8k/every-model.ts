import type { Optimizer } from "@cultivar/core";

/** An optimizer of one's own: scores every model there is on all of val. What is kept is core's decision. */
export const everyModel: Optimizer = {
  name: "everyModel",
  async run(study) {
    for (const model of study.space["model"]?.choices ?? []) {
      await study.evaluate({ candidate: { ...study.baseline, model }, split: "val", ids: study.val });
    }
  },
};
