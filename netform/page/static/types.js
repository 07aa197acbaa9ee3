/**
 * What the server says, as types: the contract of `netform/page`, and nothing that runs.
 *
 * Patients are registered patients, hours are hours a week, minutes are one way.
 *
 * @typedef {"unfinished"|"breaks rules"|"exceptions"|"keeps the rules"|"proven best"} Status
 *
 * @typedef {object} AreaRow
 * @property {string} area
 * @property {string} label
 * @property {number} practices
 * @property {number} patients
 * @property {number} networks
 * @property {number} in_band
 * @property {number} unplaced
 * @property {number} broken
 * @property {number} locked
 * @property {number|null} cost
 * @property {Status} status
 *
 * @typedef {object} Areas
 * @property {string} title
 * @property {string} source
 * @property {number} n
 * @property {string} journal
 * @property {boolean} has_today
 * @property {{id: string, name: string}[]} [imports]
 * @property {AreaRow[]} areas
 * @property {string[]} notes
 *
 * @typedef {object} Practice
 * @property {string} code
 * @property {string} name
 * @property {string} postcode
 * @property {number} list_size
 * @property {number} x
 * @property {number} y
 * @property {number|null} cell
 * @property {string[]} neighbours
 * @property {string} authority
 * @property {string|null} today
 * @property {string|null} today_name
 *
 * @typedef {{d: string, practices: string[], x: number, y: number}} Cell
 * @typedef {{a: number, b: number, d: string}} Line
 * @typedef {{text: string, x: number, y: number}} Label
 * @typedef {{id: string, name: string, paths: string[], labels: Label[]}} Layer
 * @typedef {{name: string, label: string, kind: "hours"|"penalty"}} Term
 *
 * @typedef {object} Ground
 * @property {string} area
 * @property {number} width
 * @property {number} height
 * @property {number} km
 * @property {Practice[]} practices
 * @property {Cell[]} cells
 * @property {Line[]} lines
 * @property {{name: string, x: number, y: number}[]} towns
 * @property {Layer[]} layers
 * @property {Term[]} terms
 *
 * @typedef {{kind: string, sentence: string}} Breach
 *
 * @typedef {object} Network
 * @property {string} id
 * @property {number} number
 * @property {string} name
 * @property {string[]} members
 * @property {number} patients
 * @property {"in"|"below"|"above"} band
 * @property {string[][]} pieces
 * @property {string|null} hub
 * @property {number|null} minutes_to_hub
 * @property {boolean} locked
 * @property {number} cost
 * @property {number} hours
 * @property {Record<string, number>} terms
 * @property {Breach[]} breaches
 * @property {number|null} at_home
 * @property {string|null} neighbourhood
 * @property {number|null} aligned
 *
 * @typedef {object} Totals
 * @property {number} patients
 * @property {number} networks
 * @property {number} in_band
 * @property {number} cost
 * @property {number} hours
 * @property {number} penalties
 * @property {Record<string, number>} terms
 * @property {number|null} moved_practices
 * @property {number|null} moved_patients
 *
 * @typedef {object} Rules
 * @property {number} least
 * @property {number} most
 * @property {number|null} networks
 * @property {Record<string, number>} weights
 * @property {string[][]} together
 * @property {string[][]} apart
 * @property {string[]} exclude
 * @property {string[]} hub_must
 * @property {string[]} [hub_may]
 * @property {string[][]} [pins]      those of the rules that it began with; locks are not among them
 * @property {string[][]} [merge]
 * @property {number|null} longest_to_hub
 * @property {number|null} longest_between
 * @property {number|null} least_practices
 * @property {number|null} most_practices
 * @property {boolean} no_doughnuts
 * @property {number|null} aligned
 *
 * @typedef {object} Plan
 * @property {number} n
 * @property {string} area
 * @property {string|null} undo
 * @property {string|null} redo
 * @property {Network[]} networks
 * @property {string[]} unplaced
 * @property {string[]} excluded
 * @property {Breach[]} breaches
 * @property {Totals} totals
 * @property {number|null} bound
 * @property {Status} status
 * @property {string} sentence
 * @property {Rules} rules
 *
 * @typedef {{code: string, name: string, patients: number, from: string, to: string}} Move
 *
 * @typedef {object} Choice
 * @property {string} title
 * @property {number} cost
 * @property {number} hours
 * @property {number} penalties
 * @property {string[][]} networks
 * @property {boolean} proven
 * @property {string} sentence
 * @property {{practices: number, patients: number, moves: Move[], cost: number}} difference
 *
 * @typedef {{a: string, b: string, kind: "firm"|"soft"|"open"}} Border   between two practices, by code
 *
 * @typedef {object} Front
 * @property {{x: number, y: number, choice: number}[]} points
 * @property {string} x_label
 * @property {string} y_label
 * @property {string} [sentence]
 *
 * @typedef {object} Question
 * @property {string} id
 * @property {"solve"|"front"|"alternatives"|"borders"} kind
 * @property {string} area
 * @property {"running"|"done"|"cancelled"|"failed"} state
 * @property {string} stage
 * @property {number} seconds
 * @property {{cost: number, bound: number|null, exceptions: number}|null} best
 * @property {string} [error]
 * @property {Choice[]} choices
 * @property {boolean} [outdated]   asked by other rules or locks than those of now
 * @property {number} [limit]
 * @property {Front} [front]
 * @property {Border[]} [borders]
 *
 * @typedef {object} Imported
 * @property {string} id
 * @property {string} name
 * @property {number} networks
 * @property {number} practices
 * @property {string[]} missing
 * @property {string[]} notes
 *
 * @typedef {object} Compared
 * @property {string} id
 * @property {string} name
 * @property {number} networks
 * @property {number} in_band
 * @property {number} broken
 * @property {number} cost
 * @property {number} hours
 * @property {number} penalties
 * @property {Record<string, number>} terms
 * @property {number|null} minutes
 * @property {number|null} [money]
 *
 * @typedef {object} Comparison
 * @property {Compared[]} plans
 * @property {{code: string, name: string, patients: number, networks: (string|null)[]}[]} moves
 * @property {{a: string, b: string, practices: number, patients: number}[]} moved
 */

export {};
