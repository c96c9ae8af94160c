/** Instructions that people of the archive suggested: compile finds out which combination really helps. */
export const guidelines = {
  "query.instructions": [
    "Write the search query that finds the entry needed to answer the question. Drop titles like Professor from the query. Spell out abbreviations of institutes.",
    "Write the search query that finds the entry. Search for hyphenated names as separate words, and include a keyword for the subject in the query.",
    "Write the search query that finds the entry. Drop titles like Professor from the query. Expand acronyms in the search query. In queries, replace hyphens by spaces.",
  ],
  "answer.instructions": [
    "Answer the question from the passages, in full sentences and with all details.",
    "Answer the question from the passages. For dates, the year alone is enough. If the answer is a number, use digits.",
    "Answer the question from the passages. Leave out titles when the answer is a person. For an office, the present holder is meant and not a former one. When asked when something happened, give just the year. If the answer is a number, use digits.",
  ],
};
