/**
 * A copy of plain data (lists, plain objects, dates, maps, sets) that shares nothing writable with `value`. Functions
 * and instances of classes cannot be copied and stay as they are; members keep their order. The value holds no cycle.
 */
export function ownCopy<T>(value: T): T {
  return (typeof value === "object" && value !== null ? copyOf(value) : value) as T;
}

function copyOf(value: object): unknown {
  // Written for speed: every row that is evaluated passes here, and most rows are flat.
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    for (let i = 0; i < value.length; i++) copy.push(ownCopy(value[i] as unknown));
    return copy;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    const copy = { ...value } as Record<string, unknown>;
    for (const key of Object.keys(copy)) {
      const member = copy[key];
      if (typeof member === "object" && member !== null) copy[key] = copyOf(member);
    }
    return copy;
  }
  if (prototype === Date.prototype || prototype === Map.prototype || prototype === Set.prototype) {
    try {
      return structuredClone(value);
    } catch {
      return value;
    }
  }
  return value;
}

/** {@link ownCopy}, whose lists and plain objects nobody can write to. */
export function frozenCopy<T>(value: T): T {
  const copy = ownCopy(value);
  freeze(copy);
  return copy;
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return;
  Object.freeze(value);
  for (const key in value) {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof member === "object" && member !== null) freeze(member);
  }
}
