import { checkTargets } from './check-targets.ts'

checkTargets(
  'reference',
  'pattern',
  'digest',
  'platform',
  'answer',
  'www-authenticate',
  'link',
  'content-range',
  'retry-after',
  'content-type',
  'list',
  'layer-name',
  'toc',
  'template',
)
