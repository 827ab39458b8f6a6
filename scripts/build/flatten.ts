// Flattens the declarations of classes. The operations are declared in generic base classes, which are not exported.
// The declaration of an exported class contains every inherited member, with its type parameters resolved:
// `Ring.read(...): Promise<number>`. Members that are private or @internal are omitted.
import {
  Node,
  Scope,
  TypeFormatFlags,
  type ClassDeclaration,
  type ConstructorDeclaration,
  type MethodDeclaration,
  type PropertyDeclaration,
  type AccessorDeclaration,
  type Type,
} from 'ts-morph'

type Member = AccessorDeclaration | MethodDeclaration | PropertyDeclaration

const FORMAT = TypeFormatFlags.NoTruncation | TypeFormatFlags.UseAliasDefinedOutsideCurrentScope

/** Whether a declaration is for the package's own use. */
export function isInternal(node: Node): boolean {
  const docs = Node.isJSDocable(node) ? node.getJsDocs() : []
  return docs.some((doc) => doc.getTags().some((tag) => tag.getTagName() === 'internal'))
}

/** A declaration's comments, each on lines of its own. */
export function docsOf(node: Node): string {
  const docs = Node.isJSDocable(node) ? node.getJsDocs() : []
  return docs.map((doc) => `${doc.getText()}\n`).join('')
}

/** The declaration of a class, with everything it inherits from classes of the package. */
export function flattened(declared: ClassDeclaration): string {
  const lineage = ancestry(declared)
  const lines: string[] = []
  // a private member makes the type nominal: no object that merely looks like a ring is one
  if (lineage.some((one) => membersOf(one).some(isHidden))) lines.push('#private;')
  lines.push(constructorOf(lineage))
  const seen = new Set<string>()
  for (const owner of lineage) {
    const fresh = membersOf(owner).filter(
      (member) => !isHidden(member) && !isInternal(member) && !seen.has(member.getName()),
    )
    for (const member of fresh) lines.push(`${docsOf(member)}${textOf(member, owner, declared)}`)
    for (const member of fresh) seen.add(member.getName())
  }
  const outside = lineage.at(-1)?.getExtends()?.getText()
  const heritage = outside === undefined ? '' : ` extends ${outside}`
  return `class ${declared.getNameOrThrow()}${heritage} {\n${lines.join('\n')}\n}`
}

/** The class and the classes of the package that it extends, nearest first. */
function ancestry(declared: ClassDeclaration): ClassDeclaration[] {
  const base = declared.getBaseClass()
  return base === undefined ? [declared] : [declared, ...ancestry(base)]
}

function membersOf(declared: ClassDeclaration): Member[] {
  return declared
    .getMembers()
    .filter(
      (member): member is Member =>
        Node.isMethodDeclaration(member) ||
        Node.isPropertyDeclaration(member) ||
        Node.isGetAccessorDeclaration(member) ||
        Node.isSetAccessorDeclaration(member),
    )
}

function isHidden(member: Member): boolean {
  return Node.isPrivateIdentifier(member.getNameNode()) || member.getScope() !== Scope.Public
}

/** A class whose constructor is internal cannot be constructed by users. */
function constructorOf(lineage: readonly ClassDeclaration[]): string {
  const nearest = lineage.map((one) => one.getConstructors()).find((list) => list.length > 0) ?? []
  const shown = (one: ConstructorDeclaration): string =>
    isInternal(one) ? 'private constructor();' : `${docsOf(one)}${one.getText()}`
  return nearest.map(shown).join('\n')
}

function textOf(member: Member, owner: ClassDeclaration, declared: ClassDeclaration): string {
  const text = member.getText().replace(/^(abstract |override )+/, '')
  const generic = owner.getTypeParameters().map((one) => one.getName())
  const depends = (part: string): boolean =>
    generic.some((name) => new RegExp(`\\b${name}\\b`).test(part))
  if (owner === declared || !depends(text)) return text
  if (Node.isMethodDeclaration(member)) return signatureOf(member, declared, depends)
  throw new Error(`${member.getName()}: only methods may depend on a type parameter of their class`)
}

/** A method's signature, with the types that it has in `declared`. */
function signatureOf(
  method: MethodDeclaration,
  declared: ClassDeclaration,
  depends: (part: string) => boolean,
): string {
  const name = method.getName()
  const show = (type: Type): string => type.getText(declared, FORMAT)
  const signatures = declared
    .getType()
    .getPropertyOrThrow(name)
    .getTypeAtLocation(declared)
    .getCallSignatures()
  const signature = signatures.find((one) => one.getDeclaration() === method)
  if (signature === undefined) throw new Error(`${name} has no such signature`)
  const parameters = method.getParameters().map((parameter, index) => {
    if (!depends(parameter.getText())) return parameter.getText()
    const type = signature.getParameters()[index]?.getTypeAtLocation(declared)
    if (type === undefined) throw new Error(`${name} has no parameter ${index}`)
    const dots = parameter.isRestParameter() ? '...' : ''
    return `${dots}${parameter.getName()}${parameter.isOptional() ? '?' : ''}: ${show(type)}`
  })
  const types = method.getTypeParameters().map((one) => one.getText())
  const generics = types.length === 0 ? '' : `<${types.join(', ')}>`
  return `${name}${generics}(${parameters.join(', ')}): ${show(signature.getReturnType())};`
}
