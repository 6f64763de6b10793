/** Where a TCP does otherwise than a case says, and why. What is named here is held to: it must still differ. */

export type Differences = Readonly<Record<string, string>>;

export const ourDifferences: Differences = {
  'syn-received/syn-repeated':
    'the SYN-ACK goes out again, which is an ACK as well: the first was lost, or the SYN would not have come again',
};
