/** How many milliseconds one deep test that counts may take: MATRX_DEEP_MINUTES where it is set, else as long as its count needs. */
export function deepBudgetMs(): number {
  const minutes = Number(process.env['MATRX_DEEP_MINUTES'] ?? Number.NaN);
  return minutes > 0 ? minutes * 60_000 : Number.POSITIVE_INFINITY;
}
