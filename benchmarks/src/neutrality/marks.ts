// Values that a framework is given to write into its prompt, and what shows in which form it wrote them.

/** More words than TextGrad's short form keeps. */
const words = Array.from({ length: 24 }, (_, i) => `w${i}`).join(" ");
const bodies = { long: `"\n${words} `, short: `"\n` } as const;

/** The mark of a key. Short ones are for frameworks that cut long values. */
export function mark(key: string, length: keyof typeof bodies = "long"): string {
  return `ZQ${key}Q${bodies[length]}QZ`;
}

const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Python's `repr` of a text, with its quotes. */
function pythonText(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const inner = value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  return quote + (quote === "'" ? inner.replaceAll("'", "\\'") : inner) + quote;
}

/** How a value was written, and how to write another one so. */
const forms: Readonly<Record<string, (value: string) => string>> = {
  raw: (value) => value,
  json: quoted,
  json2: (value) => quoted(quoted(value)),
  indent: (value) => value.replaceAll("\n", `\n${" ".repeat(8)}`),
  python: pythonText,
};
/** TextGrad: `Variable.get_short_value`, of which only the first and the last ten words are left. */
const shortWords = 10;
const shortened = (value: string): string => {
  const parts = value.split(" ");
  if (parts.length <= 2 * shortWords) return value;
  return `${parts.slice(0, shortWords).join(" ")} (...) ${parts.slice(-shortWords).join(" ")}`;
};

function formOf(body: string): string {
  if (body.includes(" (...) ")) return "short";
  for (const raw of Object.values(bodies)) {
    const found = Object.entries(forms).find(([, write]) => write(raw) === body);
    if (found !== undefined) return found[0];
  }
  throw new Error(`neutrality: a mark came back in no known form: ${JSON.stringify(body)}`);
}

/** A captured text with placeholders `{{=key:form}}` where its marks were. Throws when a mark was cut. */
export function templateOf(text: string): string {
  // the quotes of a Python literal depend on what is in it, so that they belong to the value
  const found = text.replaceAll(/'ZQ([a-z][\w.]*?)Q((?:(?!QZ)[^\n'])*)QZ'/g, (all, key: string, body: string) =>
    Object.values(bodies).some((raw) => pythonText(raw) === `'${body}'`) ? `{{=${key}:python}}` : all,
  );
  const template = found.replaceAll(
    /ZQ([a-z][\w.]*?)Q([\s\S]*?)QZ/g,
    (_all, key: string, body: string) => `{{=${key}:${formOf(body)}}}`,
  );
  if (/ZQ[a-z]/.test(template))
    throw new Error(`neutrality: a mark was cut in ${JSON.stringify(template.slice(-600))}`);
  return template;
}

const placeholder = /\{\{=([\w.]+):(\w+)\}\}/g;

/** A template with values. Throws for a placeholder that has none. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(placeholder, (_all, key: string, form: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`neutrality: no value for ${key}`);
    return form === "short" ? shortened(value) : forms[form]!(value);
  });
}

/** How a framework writes a boolean: the template beside one that was made with `true`. Quotes around it go with it. */
export function withBooleans(
  template: string,
  made: string,
  keys: ReadonlySet<string>,
): { readonly template: string; readonly yes: string } {
  const unquoted = template.replaceAll(/"?\{\{=([\w.]+):\w+\}\}"?/g, (all, key: string) =>
    keys.has(key) ? `{{=${key}:raw}}` : all,
  );
  const pattern = unquoted
    .split(/\{\{=([\w.]+):\w+\}\}/)
    .map((part, i) =>
      i % 2 === 0
        ? part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
        : keys.has(part)
          ? "(\\w+)"
          : "\\{\\{=[\\w.]+:\\w+\\}\\}",
    );
  const found = new RegExp(`^${pattern.join("")}$`).exec(made);
  if (found?.[1] === undefined) return { template, yes: "true" };
  return { template: unquoted, yes: found[1] };
}

/** A template from two prompts that differ in booleans only, for frameworks that take nothing else there. `keys` in order. */
export function betweenBooleans(yes: string, no: string, keys: readonly string[]): string {
  let template = "";
  let [i, j, next] = [0, 0, 0];
  while (i < yes.length) {
    if (yes.startsWith("true", i) && no.startsWith("false", j) && next < keys.length) {
      template += `{{=${keys[next++]!}:raw}}`;
      i += 4;
      j += 5;
    } else if (yes[i] === no[j]) {
      template += yes[i++];
      j++;
    } else
      throw new Error(
        `neutrality: two prompts differ in more than booleans at ${JSON.stringify(yes.slice(i, i + 80))}`,
      );
  }
  return template;
}
