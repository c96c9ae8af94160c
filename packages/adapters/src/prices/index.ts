export type { PriceTable } from "./prices.ts";
export { listPrices, priceOf } from "./prices.ts";
