/** The syntax tree of `that:` and `after:`. Offsets are into the expression's own text. */

/** Times are nanoseconds, sizes bytes, rates bits a second, plain numbers and ratios themselves. */
export type Dimension = 'time' | 'size' | 'rate' | 'plain' | 'truth';

export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Operator = '+' | '-' | '*' | '/' | '<' | '<=' | '>' | '>=' | '==' | '!=' | 'and' | 'or';

export type Expression =
  | {
      readonly kind: 'number';
      readonly value: number;
      readonly dimension: Dimension;
      readonly span: Span;
    }
  /** `gap`, `download.lost`, `kernel.gap`. */
  | { readonly kind: 'name'; readonly path: readonly string[]; readonly span: Span }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly arguments: readonly Argument[];
      readonly span: Span;
    }
  | { readonly kind: 'negate' | 'not'; readonly operand: Expression; readonly span: Span }
  | {
      readonly kind: 'binary';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    };

/** `gateway via wifi`, `wifi toward phone`, or any expression. */
export type Argument =
  | {
      readonly kind: 'place';
      readonly name: string;
      readonly via: string | undefined;
      readonly toward: string | undefined;
      readonly span: Span;
    }
  | { readonly kind: 'value'; readonly expression: Expression; readonly span: Span };
