// For the scripts that are not checked strictly yet: what a page holds may have any property. A folder that moves into
// tsconfig.strict.json says what its elements are.

interface EventTarget {
  [property: string]: any;
}

interface Event {
  readonly detail: any;
}

interface ParentNode {
  querySelector(selector: string): any;
  querySelectorAll(selector: string): NodeListOf<any>;
}

interface Element {
  closest(selector: string): any;
}
