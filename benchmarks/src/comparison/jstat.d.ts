declare module "jstat" {
  const jstat: {
    /** Student's t: distribution function and its inverse. */
    readonly studentt: { cdf(x: number, df: number): number; inv(p: number, df: number): number };
    /** The studentized range: inverse distribution function. */
    readonly tukey: { inv(p: number, means: number, df: number): number };
  };
  export default jstat;
}
