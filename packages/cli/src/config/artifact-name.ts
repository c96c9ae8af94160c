/** The name of a target's artifact. */
export const artifactName = (target: string): string => `${target}${ending}`;

/** Whether a file is an artifact, by its name. */
export const isArtifact = (file: string): boolean => file.endsWith(ending);

const ending = ".cultivar.json";
